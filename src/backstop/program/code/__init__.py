"""What a program is made of: terms, arithmetic on them, and the binary form of WebAssembly."""
