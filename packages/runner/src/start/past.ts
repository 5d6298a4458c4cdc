import { pastServing } from "@roundlot/daemon"
import { layerStore } from "../App.ts"

/** Reads the past for the daemon that began this process. */
export const serve = () => pastServing.serve((store) => layerStore({ store }))
