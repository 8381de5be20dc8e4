/** Where identity, sign-in and other global services are logged. */
export const globalRegion = 'us-east-1'
/** Where the organisation has most of its resources. */
export const homeRegion = 'eu-central-1'
export const secondRegion = 'eu-west-1'
/** Enabled, with the noise of AWS services and nothing else: nobody works there. */
export const quietRegion = 'ap-east-1'

/** Services that log in `globalRegion`, wherever their caller is (User Guide, "Global service events"). */
const globalServices: ReadonlySet<string> = new Set(['iam', 'organizations', 'cloudfront', 'route53', 'support'])

export const regionOf = (service: string, region: string): string =>
  globalServices.has(service) ? globalRegion : region
