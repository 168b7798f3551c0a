package cleverapi

import "context"

// Zones are the places where things run.
type Zones struct{ c *Client }

// Zone is one place.
type Zone struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"` // "par"
	City        string   `json:"city"`
	Country     string   `json:"country"`
	CountryCode string   `json:"countryCode"`
	DisplayName string   `json:"displayName"` // of private zones
	Lat         float64  `json:"lat"`
	Lon         float64  `json:"lon"`
	Tags        []string `json:"tags"`
}

// List reads all zones that the user can see.
func (s *Zones) List(ctx context.Context) ([]Zone, error) {
	return collect[Zone](ctx, s.c, "GET /v4/products/zones", nil, nil)
}
