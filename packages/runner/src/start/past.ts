import { pastServing } from "@roundlot/daemon"
import { Verb } from "@roundlot/cli"
import { layerStore } from "../App.ts"

/** Reads the past for the daemon that began this process. */
export const serve = () => pastServing.serve({ storeOf: (store) => layerStore({ store }), version: Verb.VERSION })
