import { decode, encode } from "fast-png"
import pixelmatch from "pixelmatch"

/** Pixels of four bytes each: red, green, blue, and that they are opaque. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/**
 * How far a pixel's colour may be off, of 1: about six of 255 steps of lightness. The edge of a letter is of the palette only nearly, by
 * a little less, and another processor rounds it by a step or two.
 */
const THRESHOLD = 0.025

/** A palette has so many colours. */
const COLOURS = 256

/** So many are those that the most of a picture has, exactly: its areas and lines, of which no step is lost. */
const AREAS = 64

type Colour = readonly [red: number, green: number, blue: number]

const BLACK: Colour = [0, 0, 0]

const keyOf = (pixels: Uint8Array, at: number): number =>
  ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0)

const colourOf = (key: number): Colour => [key >> 16, (key >> 8) & 255, key & 255]

const distance = ([r1, g1, b1]: Colour, [r2, g2, b2]: Colour): number =>
  (r1 - r2) ** 2 + (g1 - g2) ** 2 + (b1 - b2) ** 2

/** The colours of a picture, those first that more of it has. */
const coloursOf = (pixels: Uint8Array): ReadonlyArray<number> => {
  const counts = new Map<number, number>()
  for (let at = 0; at < pixels.length; at += 4) {
    const key = keyOf(pixels, at)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].toSorted(([key1, count1], [key2, count2]) => count2 - count1 || key1 - key2).map(([key]) => key)
}

/** A palette of which no colour is far: to those of areas comes, one by one, the colour that is the farthest from all before. */
const paletteOf = (colours: ReadonlyArray<Colour>): ReadonlyArray<Colour> => {
  const palette = colours.slice(0, AREAS)
  const rest = colours
    .slice(AREAS)
    .map((colour) => ({ colour, far: Math.min(...palette.map((each) => distance(each, colour))) }))
  while (palette.length < COLOURS) {
    const farthest = rest.reduce((one, other) => (other.far > one.far ? other : one), { colour: BLACK, far: 0 })
    if (farthest.far === 0) break
    palette.push(farthest.colour)
    for (const each of rest) each.far = Math.min(each.far, distance(each.colour, farthest.colour))
  }
  return palette
}

/** Where in a palette the colour is that is the nearest. */
const nearestIn = (palette: ReadonlyArray<Colour>, colour: Colour): number => {
  const far = palette.map((each) => distance(each, colour))
  return far.indexOf(Math.min(...far))
}

/** A file of it, small: by the place of each pixel's colour in a palette. */
export const write = ({ height, pixels, width }: Picture): Uint8Array => {
  const keys = coloursOf(pixels)
  const palette = paletteOf(keys.map(colourOf))
  const places = new Map(keys.map((key) => [key, nearestIn(palette, colourOf(key))]))
  const data = Uint8Array.from({ length: width * height }, (_, at) => places.get(keyOf(pixels, 4 * at)) ?? 0)
  return encode({ width, height, data, channels: 1, palette: palette.map((each) => [...each]) }, { zlib: { level: 9 } })
}

/** A picture of a file: what a browser has drawn, or what `write` has made. */
export const read = (file: Uint8Array): Picture => {
  const { channels, data, height, palette, width } = decode(file)
  const pixels = new Uint8Array(4 * width * height).fill(255)
  for (let at = 0; at < width * height; at++) {
    const colour = palette?.[data[at] ?? 0]
    for (let part = 0; part < 3; part++) pixels[4 * at + part] = colour?.[part] ?? data[at * channels + part] ?? 0
  }
  return { width, height, pixels }
}

/** How many pixels are another than they were, and where. */
export const compare = (was: Picture, is: Picture): { readonly count: number; readonly where: Picture } => {
  const { height, width } = is
  const pixels = new Uint8Array(is.pixels.length)
  if (was.width !== width || was.height !== height) return { count: width * height, where: { width, height, pixels } }
  const count = pixelmatch(was.pixels, is.pixels, pixels, width, height, { threshold: THRESHOLD })
  return { count, where: { width, height, pixels } }
}
