package auth

import "strings"

const environment = "the environment"

// A pair of variables means nothing by halves.
type pair struct{ first, second string }

// oauthVariables are the names of a token pair with the names of its consumer,
// in the order in which they are looked for.
func oauthVariables() []struct{ token, consumer pair } {
	return []struct{ token, consumer pair }{
		{pair{"CLEVER_TOKEN", "CLEVER_SECRET"}, pair{"OAUTH_CONSUMER_KEY", "OAUTH_CONSUMER_SECRET"}},
		{pair{"CC_OAUTH_TOKEN", "CC_OAUTH_SECRET"}, pair{"CC_CONSUMER_KEY", "CC_CONSUMER_SECRET"}},
	}
}

// read returns both values, none, or an error that names the missing half.
func (p pair) read(getenv func(string) string) (first, second string, err error) {
	first, second = strings.TrimSpace(getenv(p.first)), strings.TrimSpace(getenv(p.second))
	switch {
	case first != "" && second == "":
		return "", "", &MissingHalfError{Have: p.first, Want: p.second, Source: environment}
	case first == "" && second != "":
		return "", "", &MissingHalfError{Have: p.second, Want: p.first, Source: environment}
	}
	return first, second, nil
}

// fromEnvironment reads a credential without its hosts. It is zero, without an
// error, when the environment has none.
//
// An API token and a token pair may both be set. The API token is then what
// requests carry, and the pair signs what an API token may not do.
func fromEnvironment(getenv func(string) string) (Credential, error) {
	var c Credential
	if token := strings.TrimSpace(getenv("CLEVER_API_TOKEN")); token != "" {
		c.Kind, c.APIToken, c.Source = KindAPIToken, NewSecret(token), "CLEVER_API_TOKEN of "+environment
	}
	for _, v := range oauthVariables() {
		token, secret, err := v.token.read(getenv)
		if err != nil {
			return Credential{}, err
		}
		if token == "" {
			continue
		}
		if err := c.setConsumer(getenv, v.consumer, nil); err != nil {
			return Credential{}, err
		}
		source := v.token.first + " and " + v.token.second + " of " + environment
		if c.Kind == "" {
			c.Kind, c.Source = KindOAuth, source
		} else {
			c.PairSource = source
		}
		c.Token, c.TokenSecret = NewSecret(token), NewSecret(secret)
		break
	}
	return c, nil
}

// setConsumer takes the consumer from the environment, else from the overrides of
// a profile, else the public one of the clever command line. A token pair belongs
// to the consumer that it was issued for, and people copy theirs from that file.
func (c *Credential) setConsumer(getenv func(string) string, names pair, p *Profile) error {
	key, secret, err := names.read(getenv)
	if err != nil {
		return err
	}
	if key == "" && p != nil {
		at := func(name string) string { return p.overrides[name] }
		if key, secret, err = names.read(at); err != nil {
			half := err.(*MissingHalfError)
			half.Source = p.describe()
			return half
		}
	}
	if key == "" {
		key, secret = cliConsumerKey, cliConsumerSecret
	}
	c.ConsumerKey, c.ConsumerSecret = key, NewSecret(secret)
	return nil
}
