// GET /v1/findings/:id in fastify and pg: the server's own statement, under the same policies, for one scope that is fixed for the
// session, as nobody is asked who they are. The route stands as the documents of both libraries write such a route; with
// PEER_TUNED it is tuned by hand: a named prepared statement, and the JSON passed on as PostgreSQL made it.
'use strict'
const cluster = require('node:cluster')

const { PEER_PORT, PEER_SOCKET, PEER_STATEMENT, PEER_OPTIONS, PEER_PROCESSES, PEER_CONNECTIONS, PEER_TUNED } = process.env

function plain (fastify, pool) {
  fastify.get('/v1/findings/:id', async (request, reply) => {
    const { rows } = await pool.query(PEER_STATEMENT, [request.params.id])
    if (rows.length === 0) {
      reply.code(404)
      return { code: 'not_found' }
    }
    reply.header('etag', `"${rows[0].version}"`)
    return rows[0].body
  })
}

function tuned (fastify, pool, pg) {
  pg.types.setTypeParser(pg.types.builtins.JSON, text => text)
  fastify.get('/v1/findings/:id', async (request, reply) => {
    const { rows } = await pool.query({ name: 'finding', text: PEER_STATEMENT, values: [request.params.id] })
    if (rows.length === 0) return reply.code(404).send({ code: 'not_found' })
    return reply.type('application/json').header('etag', `"${rows[0].version}"`).send(rows[0].body)
  })
}

if (cluster.isPrimary) {
  for (let i = 0; i < Number(PEER_PROCESSES); i++) cluster.fork()
  process.on('SIGTERM', () => process.exit(0))
} else {
  const fastify = require('fastify')()
  const pg = require('pg')
  const pool = new pg.Pool({ host: PEER_SOCKET, user: 'hz_api_login', database: 'hz', options: PEER_OPTIONS, max: Number(PEER_CONNECTIONS) })
  ;(PEER_TUNED ? tuned : plain)(fastify, pool, pg)
  fastify.listen({ host: '127.0.0.1', port: Number(PEER_PORT) })
}
