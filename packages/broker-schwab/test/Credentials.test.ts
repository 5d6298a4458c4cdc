import { Credentials } from "@roundlot/broker-schwab"
import { describeAddresses } from "@roundlot/testing/vitest"

describeAddresses({
  judge: Credentials.placeOf,
  known: [["https://api.schwabapi.com", "live"]],
  refused: [
    "https://api.schwabapi.com.evil.example",
    "https://api.schwabapi.com@evil.example",
    "http://api.schwabapi.com",
    "https://api.schwabapi.com:8443"
  ],
  remedy: "https://api.schwabapi.com"
})
