import process from "node:process"
import { makeServer } from "./server.ts"

const { url } = await makeServer()
process.stdout.write(url)
process.stdin.resume().once("end", () => process.exit())
