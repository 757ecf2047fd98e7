"""What developers run: `make messages`, `make figures`, `make new-step`, and the generated parts of the documents."""
