"""What kind of act each API operation is, for the operations that matter once a key is in wrong hands."""

from __future__ import annotations

from enum import StrEnum


class ActKind(StrEnum):
    """What somebody did with a key."""

    CHAINED = "role entered"
    CREDENTIALS = "way in made"
    IAM = "IAM changed"
    REMOTE = "command sent to a machine"
    CONSOLE = "console opened"
    LOGGING = "logging or detection changed"
    SECRETS = "secret read"
    SHARED = "data shared or exported"
    DATA = "data event"
    OTHER = "other call"


_NAMES: dict[ActKind, dict[str, str]] = {
    ActKind.CHAINED: {"sts": "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot"},
    ActKind.CREDENTIALS: {
        "iam": (
            "CreateAccessKey UpdateAccessKey CreateUser CreateLoginProfile UpdateLoginProfile CreateRole "
            "UpdateAssumeRolePolicy CreateOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint "
            "AddClientIDToOpenIDConnectProvider CreateSAMLProvider UpdateSAMLProvider UploadSigningCertificate "
            "UploadSSHPublicKey CreateServiceSpecificCredential ResetServiceSpecificCredential EnableMFADevice"
        ),
        "rolesanywhere": (
            "CreateTrustAnchor UpdateTrustAnchor EnableTrustAnchor CreateProfile UpdateProfile EnableProfile "
            "PutAttributeMapping DeleteAttributeMapping DisableCrl DeleteCrl UpdateCrl"
        ),
        "sts": "GetFederationToken GetSessionToken",
        "sso": "CreateAccountAssignment CreatePermissionSet",
        "sso-directory": "CreateUser",
        "identitystore": "CreateUser CreateGroupMembership",
    },
    ActKind.REMOTE: {
        "ssm": "SendCommand StartSession ResumeSession StartAutomationExecution CreateAssociation",
        "ec2-instance-connect": "SendSSHPublicKey SendSerialConsoleSSHPublicKey OpenTunnel",
        "ecs": "ExecuteCommand",
    },
    ActKind.CONSOLE: {"signin": "ConsoleLogin GetSigninToken SwitchRole"},
    ActKind.LOGGING: {
        "cloudtrail": "StopLogging DeleteTrail UpdateTrail PutEventSelectors DeleteEventDataStore",
        "guardduty": "DeleteDetector UpdateDetector CreateFilter CreateIPSet StopMonitoringMembers",
        "securityhub": "DisableSecurityHub BatchDisableStandards",
        "config": "StopConfigurationRecorder DeleteConfigurationRecorder DeleteDeliveryChannel",
        "ec2": "DeleteFlowLogs",
        "logs": "DeleteLogGroup DeleteLogStream PutRetentionPolicy",
        "access-analyzer": "DeleteAnalyzer",
    },
    ActKind.SECRETS: {
        "secretsmanager": "GetSecretValue BatchGetSecretValue",
        "ssm": "GetParameter GetParameters GetParametersByPath GetParameterHistory",
        "kms": "Decrypt",
        "ec2": "GetPasswordData",
        "ecr": "GetAuthorizationToken",
    },
    ActKind.SHARED: {
        "ec2": "ModifySnapshotAttribute ModifyImageAttribute CreateStoreImageTask ExportImage CreateInstanceExportTask",
        "rds": "ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute StartExportTask",
        "s3": (
            "PutBucketPolicy PutBucketAcl PutBucketReplication PutBucketPublicAccessBlock "
            "DeleteBucketPublicAccessBlock PutBucketWebsite"
        ),
        "s3control": "PutPublicAccessBlock DeletePublicAccessBlock PutAccessPointPolicy",
        "ram": "CreateResourceShare AssociateResourceShare",
        "secretsmanager": "PutResourcePolicy ReplicateSecretToRegions",
        "kms": "PutKeyPolicy",
        "ecr": "SetRepositoryPolicy PutReplicationConfiguration",
        "lambda": "AddPermission20150331v2 AddLayerVersionPermission20181031",
        "sqs": "AddPermission",
        "sns": "AddPermission",
        "dynamodb": "ExportTableToPointInTime PutResourcePolicy",
        "redshift": "AuthorizeSnapshotAccess AuthorizeDataShare",
    },
}
_READS = ("Get", "List", "Describe", "Simulate", "Generate")


def act_kind(service: str, operation: str, category: str) -> ActKind:
    """The kind of a call. ``service`` is the event source's first part, ``category`` the record's ``eventCategory``."""
    for kind, services in _NAMES.items():
        if operation in services.get(service, "").split():
            return kind
    if service == "iam" and not operation.startswith(_READS):
        return ActKind.IAM
    return ActKind.DATA if category == "Data" else ActKind.OTHER
