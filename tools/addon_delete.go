package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// DeleteAddonInput names an add-on.
type DeleteAddonInput struct {
	AddonRef
	// From the plan, once the user agreed.
	Confirm string `json:"confirm,omitempty"`
}

// DeletedAddonView is an add-on that is gone.
type DeletedAddonView struct {
	Deleted string `json:"deleted"`
	Name    string `json:"name"`
	// What went with it.
	Lost []string `json:"lost"`
	Next string   `json:"next,omitempty"`
}

var deleteAddon = &Tool[DeleteAddonInput, DeletedAddonView]{
	Name: "delete_addon", Title: "Delete an add-on", Toolset: "addons",
	Doc:    `Deletes an add-on with its data and backups, for ever. First returns a plan to show to the user: what is lost, who is affected.`,
	Effect: catalogue.Destroys,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/addons/{addonId}",
		"GET /v2/organisations/{id}/addons/{addonId}/applications",
		"GET /v2/backups/{ownerId}/{ref}",
		"GET /v4/billing/organisations/{owner_id}/price-system",
		"DELETE /v2/organisations/{id}/addons/{addonId}",
	},
	Run: runDeleteAddon,
}

func runDeleteAddon(ctx context.Context, c *Call, in DeleteAddonInput) (DeletedAddonView, error) {
	ref, err := c.Addon(ctx, in.AddonRef)
	if err != nil {
		return DeletedAddonView{}, err
	}
	f, err := readLosses(ctx, c, ref)
	if err != nil {
		return DeletedAddonView{}, err
	}
	plan := f.deleting(ref, c.Now())
	if err := c.ConfirmPlan(plan); err != nil {
		return DeletedAddonView{}, err
	}
	if err := c.deleteOnce(ctx, ref); err != nil {
		return DeletedAddonView{}, err
	}
	view := DeletedAddonView{Deleted: ref.ID, Name: f.addon.Name, Lost: plan.Losses}
	if len(f.apps) > 0 {
		view.Next = "The applications named above need another source of these variables, then deploy_app."
	}
	return view, nil
}

// deleteOnce deletes an add-on. When the answer was lost, it looks whether the
// add-on is still there.
func (c *Call) deleteOnce(ctx context.Context, ref Addon) error {
	err := c.API.Addons.Delete(ctx, ref.Owner, ref.ID)
	if !errors.Is(err, cleverapi.ErrUnknownOutcome) {
		return err
	}
	_, look := c.API.Addons.Get(ctx, ref.Owner, ref.ID)
	switch {
	case errors.Is(look, cleverapi.ErrNotFound):
		return nil
	case look != nil:
		return err
	}
	return badArgument("The answer was lost, and the add-on %s (%s) is still there: it was probably not deleted.\nNext: get_addon {\"addon\":%q} in a minute; if it is still there, ask for a new plan without confirm.", ref.Name, ref.ID, ref.ID)
}

// readLosses reads what a plan to delete has to say, fresh. Who is linked must
// be known; backups and prices need not.
func readLosses(ctx context.Context, c *Call, ref Addon) (addonFacts, error) {
	f := addonFacts{}
	err := atOnce(ctx,
		func(ctx context.Context) (err error) {
			if f.addon, err = c.API.Addons.Get(ctx, ref.Owner, ref.ID); err == nil {
				f.prices = c.readPrices(ctx, []priceKey{{ref.Owner, f.addon.Zone}})
			}
			return err
		},
		func(ctx context.Context) (err error) {
			f.apps, err = c.API.Addons.Applications(ctx, ref.Owner, ref.ID)
			return err
		},
		func(ctx context.Context) error {
			if backedUp(ref.Provider) {
				backups, err := c.API.Backups.List(ctx, ref.Owner, ref.RealID)
				_ = keep(&f.backups, backups, err)
			}
			return nil
		},
	)
	return f, err
}

// losses says what deleting costs, one sentence each.
func (f addonFacts) losses(ref Addon, now time.Time) []string {
	a := f.addon
	said := []string{fmt.Sprintf("All data of this %s (plan %s, zone %s, owner %q) is lost for ever.", ref.Provider, a.Plan.Slug, a.Zone, ref.OwnerName)}
	if operator(ref.Provider) {
		said = append(said, "The application and the databases that it brought with it go too.")
	}
	said = append(said, f.linkedSentence())
	if text := f.backupSentence(ref, now); text != "" {
		said = append(said, text)
	}
	if month := f.prices.plan(ref.Owner, a.Zone, a.Plan); month != nil && *month > 0 {
		said = append(said, fmt.Sprintf("It stops costing %s a month.", month))
	}
	return append(said, "It cannot be undone: create_addon makes an empty one with other credentials.")
}

// linkedSentence says which applications lose their add-on.
func (f addonFacts) linkedSentence() string {
	var apps []string
	for _, app := range f.apps {
		// Quoted, so that no name can write a line of the plan.
		apps = append(apps, fmt.Sprintf("%q (%s)", app.Name, app.ID))
	}
	slices.Sort(apps)
	if len(apps) == 0 {
		return "No application is linked to it."
	}
	return fmt.Sprintf("Linked applications cannot reach it any more, at once: %s. They lose its variables (%s) at the next deployment.",
		strings.Join(apps, ", "), strings.Join(slices.Sorted(slices.Values(f.addon.ConfigKeys)), ", "))
}

// backupSentence says which backups there are and how old the newest is, "" when
// the provider makes none.
func (f addonFacts) backupSentence(ref Addon, now time.Time) string {
	switch {
	case f.backups == nil && backedUp(ref.Provider):
		return "Whether there are backups could not be read; they would go with it."
	case len(f.backups) > 0:
		newest, _ := newestAndOldest(f.backups)
		return fmt.Sprintf("Its %d backups go with it; the newest is %s old (%s). Download what is to be kept first: clever database backups download %s %s.",
			len(f.backups), age(now.Sub(newest.Creation)), date(newest.Creation), f.addon.ID, newest.ID)
	case f.backups != nil:
		return "There is no backup of it."
	}
	return ""
}

// deleting is the plan of deleting an add-on.
func (f addonFacts) deleting(ref Addon, now time.Time) Plan {
	return Plan{
		Action: "delete the add-on and all its data", Kind: "add-on", Name: f.addon.Name, ID: f.addon.ID,
		Losses: f.losses(ref, now), Basis: f.basis(),
	}
}

// basis are the facts that a plan rests on.
func (f addonFacts) basis() []string {
	facts := []string{f.addon.ID, f.addon.Name, f.addon.Plan.ID}
	for _, app := range f.apps {
		facts = append(facts, app.ID)
	}
	for _, b := range f.backups {
		facts = append(facts, b.ID)
	}
	return facts
}
