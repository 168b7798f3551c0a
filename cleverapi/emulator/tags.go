package emulator

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

func tagRoutes() routes {
	all := routes{}
	for _, of := range []struct {
		path string
		tags func(func(c *call, tags *[]string) (any, error)) handler
	}{
		{"/v2/organisations/{id}/applications/{appId}/tags", func(h func(c *call, tags *[]string) (any, error)) handler {
			return ofApp(func(c *call, a *application) (any, error) { return h(c, &a.tags) })
		}},
		{"/v2/organisations/{id}/addons/{addonId}/tags", func(h func(c *call, tags *[]string) (any, error)) handler {
			return ofAddon(func(c *call, a *addon) (any, error) { return h(c, &a.tags) })
		}},
	} {
		all["GET "+of.path] = of.tags(listTags)
		all["PUT "+of.path] = of.tags(setTags)
		all["PUT "+of.path+"/{tag}"] = of.tags(addTag)
		all["DELETE "+of.path+"/{tag}"] = of.tags(removeTag)
	}
	return all
}

func listTags(_ *call, tags *[]string) (any, error) {
	return each(*tags, func(t string) string { return t }), nil
}

// setTags takes a list, or text with a tag between commas: no source says which
// one the API takes.
func setTags(c *call, tags *[]string) (any, error) {
	var list []string
	if bytes.HasPrefix(bytes.TrimSpace(c.body), []byte("[")) {
		if err := c.decode(&list); err != nil {
			return nil, err
		}
	} else {
		var text string
		if json.Unmarshal(c.body, &text) != nil {
			text = string(c.body)
		}
		for t := range strings.SplitSeq(text, ",") {
			if t = strings.TrimSpace(t); t != "" {
				list = append(list, t)
			}
		}
	}
	for _, t := range list {
		if err := checkTag(t); err != nil {
			return nil, err
		}
	}
	slices.Sort(list)
	*tags = slices.Compact(list)
	return listTags(c, tags)
}

func checkTag(t string) error {
	if t == "" || len(t) > 255 || strings.ContainsAny(t, ",\r\n") {
		return invalid("%q is no tag", t)
	}
	return nil
}

func addTag(c *call, tags *[]string) (any, error) {
	t := c.params["tag"]
	if err := checkTag(t); err != nil {
		return nil, err
	}
	if !slices.Contains(*tags, t) {
		*tags = append(*tags, t)
	}
	return listTags(c, tags)
}

// removeTag of a tag that is not there is a success: what is asked is so.
func removeTag(c *call, tags *[]string) (any, error) {
	*tags = slices.DeleteFunc(slices.Clone(*tags), func(t string) bool { return t == c.params["tag"] })
	return listTags(c, tags)
}
