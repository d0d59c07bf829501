/** What a node type dragged from the library is carried as: its name, as `nameOf` gives it. */
export const NODE_MIME = "application/x-latentgraph-node";
