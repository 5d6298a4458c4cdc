#!/usr/bin/env -S node --v8-pool-size=0 --
import { main } from "./cli/main.ts"

await main()
