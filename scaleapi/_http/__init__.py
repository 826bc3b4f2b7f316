"""HTTP: one request, its attempts, connections and bodies. Knows no resource of Scale's."""
