import { readerServing } from "@roundlot/daemon"
import { Verb } from "@roundlot/cli"
import { layerStore } from "../App.ts"

/** Does long reads for the daemon that began this process. */
export const serve = () => readerServing.serve({ storeOf: (store) => layerStore({ store }), version: Verb.VERSION })
