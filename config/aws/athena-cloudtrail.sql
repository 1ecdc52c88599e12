-- The table that ANCHORWATCH_SEARCH = "athena" searches: the trail of an organisation, as CloudTrail keeps it in S3.
--
-- Before you run it in Athena's console, in the log archive account and in the Region of the bucket:
--   1. Make the database: CREATE DATABASE anchorwatch
--   2. Replace BUCKET-AND-PREFIX and o-ORGANISATION, each in two places (the prefix is what the trail has before
--      AWSLogs; it may be empty), and the day on which the trail began.
--   3. Give the workgroup a place for results, and a limit on the bytes that one query may scan: Athena holds to that
--      itself, while ANCHORWATCH_ATHENA_MOST_SCANNED_GB goes by the sizes of the files and by what Athena says meanwhile.
--
-- Partitions are computed, so nothing has to be added to them: account, Region and day are read from the path, and a
-- query reads the files of its own account, Region and days only. "injected" means that each query has to name the
-- account and the Region; a list of Regions instead would make a Region that is not in it look like one without events.
-- A trail of one account has no o-ORGANISATION/ in its path.
--
-- sourceidentity is not in the table that AWS's own page shows; without it no session can be told by its certificate.
--
-- See: https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
-- See: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
CREATE EXTERNAL TABLE anchorwatch.cloudtrail (
  eventversion STRING,
  useridentity STRUCT<
    type: STRING,
    principalid: STRING,
    arn: STRING,
    accountid: STRING,
    accesskeyid: STRING,
    username: STRING,
    invokedby: STRING,
    sessioncontext: STRUCT<
      attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>,
      sessionissuer: STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, username: STRING>,
      sourceidentity: STRING>>,
  eventtime STRING,
  eventsource STRING,
  eventname STRING,
  awsregion STRING,
  sourceipaddress STRING,
  useragent STRING,
  errorcode STRING,
  errormessage STRING,
  requestparameters STRING,
  responseelements STRING,
  additionaleventdata STRING,
  requestid STRING,
  eventid STRING,
  eventtype STRING,
  eventcategory STRING,
  readonly STRING,
  resources ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>,
  recipientaccountid STRING,
  sharedeventid STRING,
  vpcendpointid STRING
)
PARTITIONED BY (account STRING, region STRING, day STRING)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://BUCKET-AND-PREFIX/AWSLogs/o-ORGANISATION/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.account.type' = 'injected',
  'projection.region.type' = 'injected',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.range' = '2024/01/01,NOW',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://BUCKET-AND-PREFIX/AWSLogs/o-ORGANISATION/${account}/CloudTrail/${region}/${day}'
)
