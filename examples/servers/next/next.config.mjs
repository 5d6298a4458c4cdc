/** The books are required as they are installed, and are no part of the bundle. Types are this checkout's check. */
// oxlint-disable-next-line import/no-default-export -- Next asks for it
export default {
  serverExternalPackages: ["@roundlot/core", "@roundlot/promises", "@roundlot/example-custom-broker"],
  typescript: { ignoreBuildErrors: true }
}
