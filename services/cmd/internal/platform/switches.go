package platform

import (
	"context"
	"fmt"
	"slices"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/switches"
	"github.com/ventanilla/ventanilla/services/auth"
)

// switches are what auth lets operators set.
func (m *Mesh) switches() (auth.Switches, error) {
	served, strict, err := switchable()
	if err != nil {
		return auth.Switches{}, err
	}
	return auth.Switches{
		Store:  switches.NewStore(m.etcd, m.process.Settings.Discovery.Prefix, m.process.Log()),
		Served: served, Strict: strict,
	}, nil
}

// switchable are the paths of each family that the gateways of this version serve, and the families that obey a strict switch.
func switchable() (served map[string][]string, strict []string, err error) {
	all, err := families(clients{}, nil, Settings{}) // nobody is called through them
	if err != nil {
		return nil, nil, fmt.Errorf("making the dialects: %w", err)
	}
	served = make(map[string][]string, len(all))
	for _, family := range all {
		if family.Strict {
			strict = append(strict, family.Name)
		}
		paths := []string{}
		for _, route := range family.Routes {
			paths = append(paths, route.Path)
		}
		slices.Sort(paths)
		served[family.Name] = slices.Compact(paths)
	}
	return served, strict, nil
}

// obeySwitches starts following the switches. They are known when it returns, or etcd is away: then nothing is
// switched until it is back.
func (m *Mesh) obeySwitches(ctx context.Context) edge.Switches {
	p := m.process
	view := switches.NewView(m.etcd, p.Settings.Discovery.Prefix, p.Log())
	if err := view.Load(ctx); err != nil {
		p.Log().WarnContext(ctx, "starting without switches; they are obeyed once etcd is back", "error", err)
	}
	p.Group.Go(ctx, "switches", view.Run)
	return edgeSwitches{view}
}

// edgeSwitches is the view as the edge asks for it.
type edgeSwitches struct{ view *switches.View }

// At is what holds at a path.
func (s edgeSwitches) At(family, path string) (edge.Switch, bool) {
	effect, ok := s.view.At(family, path)
	return edge.Switch(effect), ok
}
