export { SettingsError } from "./SettingsError.ts"
export { UsageError, unknownWord } from "./UsageError.ts"
