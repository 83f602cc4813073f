package trainer

// graphsKept is how many graphs a model keeps, each with its memory: one for
// every batch size and mode, of which a run has a handful. A program that
// predicts batches of any size would keep them all.
const graphsKept = 16

// graphCache keeps the graphs that were used last. Which are kept changes no
// number: a graph that is asked for again is compiled anew.
type graphCache struct {
	graphs   map[graphKey]*compiled
	uses     uint64
	training *compiled // of the objective that Batch returned last
}

func newGraphCache() graphCache { return graphCache{graphs: map[graphKey]*compiled{}} }

// get returns the graph of a key, or nil.
func (g *graphCache) get(key graphKey) *compiled {
	c := g.graphs[key]
	if c != nil {
		g.uses++
		c.used = g.uses
	}
	return c
}

// put keeps a graph, in the place of the one that has not been used for the
// longest if there are too many.
func (g *graphCache) put(key graphKey, c *compiled) {
	g.uses++
	c.used = g.uses
	g.graphs[key] = c
	if len(g.graphs) <= graphsKept {
		return
	}
	var oldest graphKey
	least := g.uses
	for k, other := range g.graphs { // their times of use differ: the order is no matter
		if !g.inUse(other) && other.used < least {
			oldest, least = k, other.used
		}
	}
	delete(g.graphs, oldest)
}

// inUse tells the graph of the present objective, and that of its products over
// a part of the mini-batch.
func (g *graphCache) inUse(c *compiled) bool {
	return g.training != nil && (c == g.training || c.source == &g.training.objective)
}
