/** The name of an event or kind in words: `PositionDiffers` is `Position differs`. */
export { headOf as eventWords, subjectWords } from "@roundlot/api/client"
