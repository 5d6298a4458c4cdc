import { Credentials } from "@roundlot/broker-alpaca"
import { describeAddresses } from "@roundlot/testing/vitest"

describeAddresses({
  judge: Credentials.placeOf,
  known: [
    ["https://paper-api.alpaca.markets", "paper"],
    ["https://api.alpaca.markets", "live"]
  ],
  refused: [
    "https://api.alpaca.markets.evil.example",
    "https://paper-api.alpaca.markets@evil.example",
    "https://broker-api.alpaca.markets",
    "http://paper-api.alpaca.markets",
    "https://paper-api.alpaca.markets:8443"
  ],
  remedy: "https://paper-api.alpaca.markets"
})
