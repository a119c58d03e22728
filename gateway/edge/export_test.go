package edge

// StageNames are the names of the chain's stages, in order.
func (s *Server) StageNames() []string {
	var names []string
	for _, st := range s.stages(true) {
		names = append(names, st.name)
	}
	return names
}

// Choose is for a fuzz target: no request would get past HTTP's own checks so often.
func Choose(accept, produces []string) string {
	return choose(accept, Route{Produces: produces}.offers())
}
