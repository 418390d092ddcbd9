"""Accounts at a guarded broker, and what they may do."""

import secrets

from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from support.servers import KafkaCluster


def account(cluster: KafkaCluster, name: str) -> str:
    """A new account that may do nothing; its password."""
    password, admin = secrets.token_hex(8), AdminClient(cluster.admin().confluent())
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    made = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(name, info, password.encode())])
    for done in made.values():
        done.result(30)
    return password


def allow(cluster: KafkaCluster, name: str, topic: str) -> None:
    """The account may read this topic."""
    binding = AclBinding(
        ResourceType.TOPIC,
        topic,
        ResourcePatternType.LITERAL,
        f"User:{name}",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )
    admin = AdminClient(cluster.admin().confluent())  # kept: its futures fail once it is collected
    for done in admin.create_acls([binding]).values():
        done.result(30)
