// GET /v1/findings/:id as one would write it with fastify and pg: the same prepared statement, the same scope (fixed for the
// session, as nobody is asked who they are), the JSON passed on as PostgreSQL made it. As many processes and connections as
// the server has.
'use strict'
const cluster = require('node:cluster')

const { PEER_PORT, PEER_SOCKET, PEER_STATEMENT, PEER_OPTIONS, PEER_WORKERS, PEER_CONNECTIONS } = process.env

if (cluster.isPrimary) {
  for (let i = 0; i < Number(PEER_WORKERS); i++) cluster.fork()
  process.on('SIGTERM', () => process.exit(0))
} else {
  const fastify = require('fastify')()
  const pg = require('pg')
  pg.types.setTypeParser(pg.types.builtins.JSON, text => text)
  const pool = new pg.Pool({ host: PEER_SOCKET, user: 'hz_api_login', database: 'hz', options: PEER_OPTIONS, max: Number(PEER_CONNECTIONS) })

  fastify.get('/v1/findings/:id', async (request, reply) => {
    const { rows } = await pool.query({ name: 'finding', text: PEER_STATEMENT, values: [request.params.id] })
    if (rows.length === 0) return reply.code(404).send({ code: 'not_found' })
    return reply.type('application/json').header('etag', `"${rows[0].version}"`).send(rows[0].body)
  })
  fastify.listen({ host: '127.0.0.1', port: Number(PEER_PORT) })
}
