import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { describe, expect, it, onTestFinished } from "vitest"
import { desk, running, until } from "../cli/roundlot.ts"
import { blockWith, read, root } from "../reference/blocks.ts"

const GUIDE = "docs/guides/deployment.md"
const MACHINE = join(import.meta.dirname, "machine.sh")
const SYSTEMD = "/lib/systemd/systemd"

const unit = read("deploy/roundlot.service")

/** The values of each name in a section of the unit, in their order. */
const inSection = (section: string): ReadonlyArray<readonly [name: string, value: string]> =>
  (unit.split(`[${section}]\n`)[1]?.split("\n[")[0] ?? "")
    .trim()
    .split("\n")
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])

/** Where the kernel groups processes, as systemd needs it. */
const groups = spawnSync("findmnt", ["-n", "-t", "cgroup2", "-o", "TARGET"], { encoding: "utf8" }).stdout?.split(
  "\n"
)[0]

/** The command line of a machine of its own whose first process is the command, and the group that its processes are in. */
const machineOf = (folder: string, command: ReadonlyArray<string>) => {
  const group = join(groups ?? "", `roundlot-test-${process.pid}`)
  const namespaces = ["--pid", "--mount", "--ipc", "--uts", "--net", "--cgroup", "--fork", "--kill-child"]
  const words = ["unshare", ...namespaces, "sh", MACHINE, root, folder, ...command]
  const begin = `mkdir -p ${group} && echo $$ > ${group}/cgroup.procs && exec "$@"`
  return { command: ["sh", "-c", begin, "sh", ...words], group }
}

/** Takes the group away, which lasts until its last process has gone. */
const removed = (group: string): boolean => {
  spawnSync("find", [group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"])
  return !existsSync(group)
}

/** Whether a machine with systemd can be begun here: by root, where there is one, and namespaces. */
const boots = async (): Promise<boolean> => {
  if (process.getuid?.() !== 0 || !groups || !existsSync(SYSTEMD)) return false
  const { command, group } = machineOf(desk().folder, ["true"])
  const { code } = await running(command).ended
  await until(async () => removed(group))
  return code === 0
}

/** A machine with systemd, which goes with the test; what a script of a shell says in it. */
const machine = async () => {
  const { command, group } = machineOf(desk().folder, [SYSTEMD, "--unit=sysinit.target"])
  const begun = running(command)
  onTestFinished(async () => {
    begun.signal("SIGKILL")
    await begun.ended
    await until(async () => removed(group))
  })
  const first = () => readFileSync(`/proc/${begun.pid}/task/${begun.pid}/children`, "utf8").trim()
  const inside = (script: string): string => {
    const namespaces = ["-t", first(), "-p", "-m", "-i", "-u", "-n", "-C"]
    const clean = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    const { status, stderr, stdout } = spawnSync("nsenter", [...namespaces, ...clean, "sh", "-ec", script], {
      encoding: "utf8"
    })
    return status === 0 ? stdout : `ended with ${status}: ${stdout}${stderr}`
  }
  await expect.poll(() => inside("systemctl is-system-running || true")).toMatch(/running|degraded/)
  return inside
}

const READY =
  "fetch('http://127.0.0.1:8080/ready').then(({ status }) => console.log(status), () => console.log('none'))"

/** The guide to the letter, as the administrator of that machine. */
const INSTALLED = `
  sudo() { "$@"; }
  cd /opt/roundlot
  ${blockWith(GUIDE, "ln -s").code}
  cd /run
  cp /opt/roundlot/deploy/roundlot.json .
  echo APCA_API_KEY_ID=x > broker.env
  ${blockWith(GUIDE, "useradd").code}
  ${blockWith(GUIDE, "enable --now").code}
  echo installed`

const underSystemd = async (): Promise<void> => {
  const inside = await machine()
  const standing = (...names: ReadonlyArray<string>) =>
    inside(`systemctl show roundlot ${names.map((name) => `-p ${name}`).join(" ")}`)
      .trim()
      .split("\n")
      .toSorted()
  const isReady = () => expect.poll(() => inside(`node -e "${READY}"`)).toBe("200\n")
  expect(inside(INSTALLED)).toMatch(/installed\n$/)
  await isReady()
  inside("kill -9 $(systemctl show roundlot -p MainPID --value)")
  await expect.poll(() => standing("NRestarts", "ActiveState")).toEqual(["ActiveState=active", "NRestarts=1"])
  await isReady()
  expect(inside("systemctl stop roundlot")).toBe("")
  expect(standing("ActiveState", "ExecMainStatus", "Result")).toEqual([
    "ActiveState=inactive",
    "ExecMainStatus=0",
    "Result=success"
  ])
}

/** What systemd has against the unit; its program stands here in place of the one that the guide links. */
const verified = (): string => {
  const { file } = desk()
  const path = file("roundlot.service", unit.replaceAll("/usr/bin/roundlot", join(root, "scripts/roundlot.mjs")))
  const flags = ["--man=no", "--recursive-errors=no"]
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", ...flags, path], { encoding: "utf8" })
  return `${status}${stderr}`
}

const NAMES = {
  Unit: "Description Wants After",
  Service: `User WorkingDirectory ExecStartPre ExecStart SuccessExitStatus Restart RestartSec TimeoutStopSec UMask StateDirectory
    NoNewPrivileges PrivateDevices PrivateTmp CapabilityBoundingSet LockPersonality RestrictAddressFamilies RestrictNamespaces
    RestrictRealtime RestrictSUIDSGID ProtectClock ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs
    ProtectKernelModules ProtectKernelTunables ProtectProc ProtectSystem SystemCallArchitectures`,
  Install: "WantedBy"
} as const

/** The same where no systemd can be asked: names that it does not know by this list. */
const unknown = (): string => {
  const names = Object.entries(NAMES).flatMap(([section, known]) =>
    inSection(section).flatMap(([name]) => (known.split(/\s+/).includes(name) ? [] : [name]))
  )
  return `0${names.join()}`
}

const hasAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0

describe("the unit of systemd", () => {
  it("has no line that systemd does not know", () => {
    expect([unknown(), hasAnalyze ? verified() : unknown()]).toEqual(["0", "0"])
  })

  it(
    "BAT-14: starts a daemon that may work, again when it has died, and ends it, as its own user",
    { timeout: 600_000 },
    async () => {
      expect(Object.fromEntries(inSection("Service"))).toMatchObject({
        User: "roundlot",
        StateDirectory: "roundlot",
        WorkingDirectory: "/var/lib/roundlot",
        Restart: "always",
        SuccessExitStatus: "3",
        UMask: "0077"
      })
      if (await boots()) await underSystemd()
    }
  )
})
