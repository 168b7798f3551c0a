package emulator

import (
	"fmt"
	"strconv"
	"time"
)

type resourceLogView struct {
	ID         string `json:"id"`
	Date       string `json:"date"`
	Message    string `json:"message"`
	ResourceID string `json:"resourceId"`
	Hostname   string `json:"hostname"`
	Priority   int    `json:"priority"`
	Facility   string `json:"facility"`
	PID        string `json:"pid"`
	Region     string `json:"region"`
	Service    string `json:"service"`
	Severity   string `json:"severity"`
	Version    string `json:"version"`
	Zone       string `json:"zone"`
}

// logFeed is what a service says every five minutes.
func (a *addon) logFeed() feed {
	return func(from, to time.Time) []entry {
		return periodic(a.created, from, to, 5*time.Minute, func(k int, at time.Time) entry {
			message := fmt.Sprintf("checkpoint complete: wrote %d buffers, %d ms", number(4000, a.id, "buffers", strconv.Itoa(k)), number(900, a.id, "ms", strconv.Itoa(k)))
			return entry{at, message, func(id string) any {
				return resourceLogView{
					ID: id, Date: iso(at), Message: message, ResourceID: a.realID, Hostname: a.host("clever-cloud.com"), Priority: 6, Facility: "local0",
					PID: "1", Region: a.zone.Name, Service: a.provider.RealID + ".service", Severity: "info", Version: "1", Zone: a.zone.Name,
				}
			}}
		})
	}
}
