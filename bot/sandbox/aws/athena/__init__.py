"""Athena over the CloudTrail records of the stand-in: the table's DDL is read and the SQL is really run.

The part of Athena's language that works here, and that works the same in Athena's engine version 3:

* ``CREATE EXTERNAL TABLE`` with ``struct``, ``array``, ``map``, ``string``, ``boolean``, ``int``, ``bigint`` and
  ``double`` columns, ``PARTITIONED BY`` and partition projection of the types ``enum``, ``injected`` and ``date``.
* One ``SELECT``, with ``WITH``, subqueries, joins, ``UNION ALL``, ``GROUP BY``, ``HAVING``, ``ORDER BY``, ``LIMIT``,
  ``DISTINCT``, ``CASE``, ``CAST``, ``AND``/``OR``/``NOT``, ``IN``, ``BETWEEN``, ``LIKE``, ``IS NULL`` and ``||``.
* The functions of :data:`bot.sandbox.aws.athena.engine.FUNCTIONS`; any other one fails the query.
* ``?`` with ExecutionParameters, which are SQL literals.

Select columns of simple types: how a struct is printed differs. ``UNNEST`` is not translated.
"""
