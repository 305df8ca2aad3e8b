"""The embedded model's parts, from which the embedder and the reader are made: weights, tokenizer, graph, cache."""
