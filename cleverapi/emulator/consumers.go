package emulator

import (
	"slices"
	"strings"
)

func consumerRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/consumers":              ofOwner(listConsumers),
		"POST /v2/organisations/{id}/consumers":             ofOwner(createConsumer),
		"GET /v2/organisations/{id}/consumers/{key}":        ofConsumer(getConsumer),
		"PUT /v2/organisations/{id}/consumers/{key}":        ofConsumer(updateConsumer),
		"DELETE /v2/organisations/{id}/consumers/{key}":     ofConsumer(deleteConsumer),
		"GET /v2/organisations/{id}/consumers/{key}/secret": ofConsumer(getConsumerSecret),
	}
}

func ofConsumer(h func(c *call, k *consumer) (any, error)) handler {
	return ofOwner(func(c *call, o *owner) (any, error) {
		k := find(c.state().consumers, func(k *consumer) bool { return k.owner == o && k.key == c.params["key"] })
		if k == nil {
			return nil, notFound("The consumer %s does not exist in %s", c.params["key"], o.id)
		}
		return h(c, k)
	})
}

func listConsumers(c *call, o *owner) (any, error) {
	out := []consumerView{}
	for _, k := range c.state().consumers {
		if k.owner == o {
			out = append(out, k.view())
		}
	}
	return out, nil
}

type consumerBody struct {
	Name, Description, URL, Picture, BaseURL *string
	Rights                                   map[string]bool
}

// apply changes what is given. A right that a consumer cannot ask for is refused.
func (b consumerBody) apply(k *consumer) error {
	if b.Name != nil && strings.TrimSpace(*b.Name) == "" {
		return invalid("The name of a consumer cannot be empty")
	}
	for name, on := range b.Rights {
		if _, known := k.rights[name]; !known || name == "almighty" && on {
			return invalid("The right %q cannot be asked for", name)
		}
	}
	set(&k.name, b.Name)
	set(&k.description, b.Description)
	set(&k.url, b.URL)
	set(&k.picture, b.Picture)
	set(&k.baseURL, b.BaseURL)
	for name, on := range b.Rights {
		k.rights[name] = on
	}
	return nil
}

func createConsumer(c *call, o *owner) (any, error) {
	var b consumerBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Name == nil || b.URL == nil || b.BaseURL == nil {
		return nil, invalid("A consumer needs a name, a url and a baseUrl")
	}
	id := c.state().unique()
	k := &consumer{key: letters(30, "consumer", o.id, id), secret: letters(30, "consumer secret", o.id, id), owner: o, rights: allRights(false)}
	if err := b.apply(k); err != nil {
		return nil, err
	}
	c.state().consumers = append(c.state().consumers, k)
	return k.view(), nil
}

func getConsumer(_ *call, k *consumer) (any, error) { return k.view(), nil }

func updateConsumer(c *call, k *consumer) (any, error) {
	var b consumerBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if err := b.apply(k); err != nil {
		return nil, err
	}
	return k.view(), nil
}

// deleteConsumer makes its tokens worthless.
func deleteConsumer(c *call, k *consumer) (any, error) {
	s := c.state()
	s.consumers = without(s.consumers, k)
	s.oauthTokens = slices.DeleteFunc(s.oauthTokens, func(t *oauthToken) bool { return t.consumer == k })
	return success("The consumer has successfully been removed"), nil
}

type consumerSecretView struct {
	Secret string `json:"secret"`
}

func getConsumerSecret(_ *call, k *consumer) (any, error) { return consumerSecretView{k.secret}, nil }
