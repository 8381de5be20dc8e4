// Stands between the program and the emulator: counts what is asked for, and misbehaves on demand.
import { createServer, request as send } from 'node:http'

/** What a request is: `list`, `get` (of an object), `head`, `sts` or `other`. */
function kindOf({ method, url }) {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
  if (method === 'POST') return 'post'
  if (method === 'HEAD') return 'head'
  if (searchParams.has('list-type')) return 'list'
  return method === 'GET' && pathname.split('/').length > 2 ? 'get' : 'other'
}

export async function startProxy(target) {
  const proxy = { asked: [], misbehave: undefined, endpoint: '', count, reset, stop }
  const server = createServer((request, response) => {
    const kind = kindOf(request)
    const url = decodeURIComponent(request.url)
    proxy.asked.push({ kind, url })
    const said = proxy.misbehave?.({ kind, url, nth: count(kind) })
    if (said === 'cut') return request.socket.destroy()
    if (said?.status !== undefined) return response.writeHead(said.status, said.headers).end(said.body)
    const { hostname, port } = new URL(target)
    const { method, headers } = request
    const upstream = send({ hostname, port, path: request.url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      if (said === 'half') {
        // The head is whole and promises all bytes, of which only the first come.
        answer.once('data', (chunk) => response.write(chunk.subarray(0, chunk.length / 2), () => response.destroy()))
      } else answer.pipe(response)
    })
    upstream.on('error', () => response.destroy())
    request.pipe(upstream)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy.endpoint = `http://127.0.0.1:${server.address().port}`
  return proxy

  function count(kind) {
    return proxy.asked.filter((one) => one.kind === kind).length
  }
  function reset(misbehave) {
    proxy.asked = []
    proxy.misbehave = misbehave
  }
  function stop() {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
}
