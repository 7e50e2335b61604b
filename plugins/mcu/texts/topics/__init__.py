"""The topic of a message from its words: learned from what the sources and people have named, else by rules of words.

`lemmas` ← `model` ← `fit`; `history` gives what is learned from, `store` keeps the model as a file and its figures as
rows, `train` does all of it; `suggest` is the step of a transformation, `corrections` what people say."""
