import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { EnvFile } from "@roundlot/daemon/configuration"

describe("the variables of an env file", () => {
  it.each(["postgres://roundlot@db/roundlot", "sqlite:/var/lib/books.db", "sqlite:", ""])(
    "leave a store alone that is elsewhere: %s",
    (store) => {
      const read = EnvFile.parse(`ROUNDLOT_STORE=${store}`, "/srv/keys/schwab.env")
      expect(Either.getOrThrow(read)).toEqual({ ROUNDLOT_STORE: store })
    }
  )

  it("name files from the folder of the file, wherever the program was started; nothing else is a path", () => {
    const text = [
      "SCHWAB_CA_FILE=ca.pem",
      "export SCHWAB_TOKEN_FILE='../tokens/schwab.json'",
      "OTHER_FILE=/etc/roundlot/other",
      "EMPTY_FILE=",
      "ROUNDLOT_STORE=sqlite:books.db",
      "ROUNDLOT_SOURCE_CREDENTIALS_VENUE=venue.creds",
      "ROUNDLOT_SOURCE_TOKEN_VENUE=a/b"
    ].join("\n")
    expect(Either.getOrThrow(EnvFile.parse(text, "/srv/keys/schwab.env"))).toEqual({
      SCHWAB_CA_FILE: "/srv/keys/ca.pem",
      SCHWAB_TOKEN_FILE: "/srv/tokens/schwab.json",
      OTHER_FILE: "/etc/roundlot/other",
      EMPTY_FILE: "",
      ROUNDLOT_STORE: "sqlite:/srv/keys/books.db",
      ROUNDLOT_SOURCE_CREDENTIALS_VENUE: "/srv/keys/venue.creds",
      ROUNDLOT_SOURCE_TOKEN_VENUE: "a/b"
    })
  })
})
