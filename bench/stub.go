package main

func measureTokens(b *bench) ([]row, error)      { return nil, nil }
func measureConnections(b *bench) ([]row, error) { return nil, nil }
func measureOwners(b *bench) ([]row, error)      { return nil, nil }
func measureLists(b *bench) ([]row, error)       { return nil, nil }
func measureParts(b *bench) ([]row, error)       { return nil, nil }
func measureHuge(b *bench) ([]row, error)        { return nil, nil }
