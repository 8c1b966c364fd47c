"""Instruction counts under valgrind, held to what they were.

A *case* is some work that `benches/scenes/src/bin/counted.rs` does many times.
callgrind counts the instructions of the program (not of the kernel) while it
does; `benches/instructions.txt` says what was counted when somebody last looked.
The tools that counted are noted there: with others the comparison goes on, with
more room.
"""
