#!/usr/bin/env -S node --
import { main } from "./cli/main.ts"

await main()
