/** The name of an event or kind in words: `PositionDiffers` is `Position differs`, and within a sentence `position differs`. */
export { headOf as eventWords, serviceHead, subjectWords, wordsOf as codeWords } from "@roundlot/api/client"
