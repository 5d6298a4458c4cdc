/** `Booked`: see that module. */
export * as Booked from "./Booked.ts"
/** `EvmSettings`: see that module. */
export * as EvmSettings from "./EvmSettings.ts"
/** `EvmSource`: see that module. */
export * as EvmSource from "./EvmSource.ts"
