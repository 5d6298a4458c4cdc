import { describe, expect, it } from "vitest"
import { mainJobAt } from "./mainJob.ts"
import { desk } from "./roundlot.ts"

describe("an account at Interactive Brokers, over sockets", () => {
  it("SDK-2, SDK-3, AUD-5: the main job makes its orders and fills at TWS, with what they cost", async () => {
    expect((await mainJobAt("ibkr")).fills).toEqual(["2 100 1", "3 100 1"])
  })

  it("a Gateway that is not there, a wrong port and numbers that are none are told in a sentence", async () => {
    const { cli, file } = desk()
    const start = async (variables: string) =>
      (await cli("start", "--until-idle", "--broker", "ibkr", "--env-file", file("i.env", variables))).err
    expect(await start("IB_PORT=1\n")).toContain("no connection to TWS at 127.0.0.1:1")
    expect(await start("IB_PORT=port\n")).toContain("IB_PORT: 'port' is not valid")
    expect(await start("IB_CLIENT_ID=-1\n")).toContain("IB_CLIENT_ID: '-1' is not valid")
    expect(await start("IB_TIME_ZONE=Mars/Olympus\n")).toContain("IB_TIME_ZONE: 'Mars/Olympus' is not a time zone")
  })
})
