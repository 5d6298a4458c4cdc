import process from "node:process"
import { makeServer } from "./server.ts"

const { url } = await makeServer()
process.stdout.write(url)
setInterval(() => undefined, 60_000)
