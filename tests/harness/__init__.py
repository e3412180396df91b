"""What the black-box tests stand on: a private server, clients that check every answer against the contract."""
