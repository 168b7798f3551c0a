package tools

import (
	"regexp"
	"sync"
)

// pattern is a regular expression of ours that is compiled when it is first
// used. All of them together would double the time that the program takes to
// start, and a call uses few.
type pattern struct {
	expression string
	once       sync.Once
	compiled   *regexp.Regexp
}

func lazily(expression string) *pattern { return &pattern{expression: expression} }

func (p *pattern) compile() *regexp.Regexp {
	p.once.Do(func() { p.compiled = regexp.MustCompile(p.expression) })
	return p.compiled
}

func (p *pattern) MatchString(s string) bool { return p.compile().MatchString(s) }

func (p *pattern) FindStringSubmatch(s string) []string { return p.compile().FindStringSubmatch(s) }

func (p *pattern) FindStringSubmatchIndex(s string) []int {
	return p.compile().FindStringSubmatchIndex(s)
}

func (p *pattern) ReplaceAllString(s, with string) string {
	return p.compile().ReplaceAllString(s, with)
}

func (p *pattern) ReplaceAllStringFunc(s string, with func(string) string) string {
	return p.compile().ReplaceAllStringFunc(s, with)
}

func (p *pattern) ExpandString(dst []byte, template, src string, match []int) []byte {
	return p.compile().ExpandString(dst, template, src, match)
}
