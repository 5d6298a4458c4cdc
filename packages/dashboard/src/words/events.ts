/** The name of an event or kind in words: `PositionDiffers` is `Position differs`. */
export const eventWords = (tag: string): string => {
  const words = tag.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
