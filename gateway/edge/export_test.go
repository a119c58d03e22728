package edge

// StageNames are the names of the chain's stages, in order.
func (s *Server) StageNames() []string {
	var names []string
	for _, st := range s.stages(true) {
		names = append(names, st.name)
	}
	return names
}
