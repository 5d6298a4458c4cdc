import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { EnvFile } from "@roundlot/daemon/configuration"

describe("the variables of an env file", () => {
  it("name files from the folder of the file, wherever the program was started; nothing else is a path", () => {
    const text = [
      "SCHWAB_CA_FILE=ca.pem",
      "export SCHWAB_TOKEN_FILE='../tokens/schwab.json'",
      "OTHER_FILE=/etc/roundlot/other",
      "EMPTY_FILE=",
      "ROUNDLOT_STORE=sqlite:books.db"
    ].join("\n")
    expect(Either.getOrThrow(EnvFile.parse(text, "/srv/keys/schwab.env"))).toEqual({
      SCHWAB_CA_FILE: "/srv/keys/ca.pem",
      SCHWAB_TOKEN_FILE: "/srv/tokens/schwab.json",
      OTHER_FILE: "/etc/roundlot/other",
      EMPTY_FILE: "",
      ROUNDLOT_STORE: "sqlite:books.db"
    })
  })
})
