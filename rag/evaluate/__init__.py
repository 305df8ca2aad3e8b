"""Measure the assistant on questions with known answers: `rag eval`.

`gold` reads the questions, `grading` grades one answer, `figures` sums rows up and compares them with earlier ones,
`drafting` drafts questions from a folder, for people to correct. None of them knows how an answer was found.
"""
