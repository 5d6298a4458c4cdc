/** The lanes of the ledger's queue, in the order in which they are served; intake is what pushes back. */
const lanes = ["command", "report", "send", "intake"] as const

/** One of the lanes. */
export type Lane = (typeof lanes)[number]

/** What is submitted together: as many members, which may be committed in several groups. */
export interface Job {
  readonly members: { readonly length: number }
}

/** Members of one job that stand one after the other in a group. */
export interface Part<J extends Job> {
  readonly job: J
  readonly from: number
  readonly to: number
}

interface Standing<J extends Job> {
  readonly job: J
  next: number
}

interface Queue<J extends Job> {
  readonly standing: Array<Standing<J>>
  /** Jobs that find the lane full wait here, in their order. */
  readonly outside: Array<Standing<J>>
  members: number
}

/** A queue with lanes; each holds a bounded number of members, and what comes then waits outside, not yet submitted. */
export interface Lanes<J extends Job> {
  /** Puts a job at the end of its lane. Where that is full, gives what takes it away again as long as it is outside. */
  readonly put: (lane: Lane, job: J) => (() => void) | undefined
  /** Takes as many members, in the order of the lanes. */
  readonly take: (most: number) => ReadonlyArray<Part<J>>
  readonly isEmpty: () => boolean
  /** How many members wait, by lane; what is outside is not counted. */
  readonly depths: () => { readonly [L in Lane]: number }
}

const admit = <J extends Job>(queue: Queue<J>, standing: Standing<J>): void => {
  queue.standing.push(standing)
  queue.members += standing.job.members.length
}

/** Empty lanes, each for so many members. A job of more is taken whole by a lane that is not full. */
export const make = <J extends Job>(capacity: number): Lanes<J> => {
  const queues = lanes.map((): Queue<J> => ({ standing: [], outside: [], members: 0 }))
  return {
    put: (lane, job) => {
      const queue = queues[lanes.indexOf(lane)]
      const standing = { job, next: 0 }
      if (queue === undefined) return undefined
      if (queue.members < capacity && queue.outside.length === 0) {
        admit(queue, standing)
        return undefined
      }
      queue.outside.push(standing)
      return () => {
        const place = queue.outside.indexOf(standing)
        if (place >= 0) queue.outside.splice(place, 1)
      }
    },
    take: (most) => {
      const parts: Array<Part<J>> = []
      let room = most
      for (const queue of queues) {
        while (room > 0) {
          const part = partOf(queue, room)
          if (part === undefined) break
          parts.push(part)
          room -= part.to - part.from
        }
        while (queue.members < capacity) {
          const next = queue.outside.shift()
          if (next === undefined) break
          admit(queue, next)
        }
      }
      return parts
    },
    isEmpty: () => queues.every(({ standing }) => standing.length === 0),
    depths: () => {
      const [command = 0, report = 0, send = 0, intake = 0] = queues.map(({ members }) => members)
      return { command, report, send, intake }
    }
  }
}

const partOf = <J extends Job>(queue: Queue<J>, room: number): Part<J> | undefined => {
  const [first] = queue.standing
  if (first === undefined) return undefined
  const from = first.next
  const to = Math.min(first.job.members.length, from + room)
  first.next = to
  queue.members -= to - from
  if (to === first.job.members.length) queue.standing.shift()
  return { job: first.job, from, to }
}

/** The first `size` members, and the others. */
export const halves = <J extends Job>(
  parts: ReadonlyArray<Part<J>>,
  size: number
): readonly [ReadonlyArray<Part<J>>, ReadonlyArray<Part<J>>] => {
  const first: Array<Part<J>> = []
  const second: Array<Part<J>> = []
  let room = size
  for (const { from, job, to } of parts) {
    const middle = Math.min(to, from + room)
    if (middle > from) first.push({ job, from, to: middle })
    if (to > middle) second.push({ job, from: middle, to })
    room -= middle - from
  }
  return [first, second]
}
