"""Where the service listens; the operation itself is found by moto's router from the service model."""

from .responses import RolesAnywhereResponse

url_bases = [r"https?://rolesanywhere\.(.+)\.amazonaws\.com"]

# An id in a path may be an ARN, whose slash is decoded before Flask matches: hence ".+", not "[^/]+".
url_paths = {
    "{0}/trustanchors$": RolesAnywhereResponse.dispatch,
    "{0}/trustanchor/(?P<trust_anchor>.+)$": RolesAnywhereResponse.dispatch,
    "{0}/profiles$": RolesAnywhereResponse.dispatch,
    "{0}/profiles/(?P<mapping>.+)$": RolesAnywhereResponse.dispatch,
    "{0}/profile/(?P<profile>.+)$": RolesAnywhereResponse.dispatch,
    "{0}/subjects$": RolesAnywhereResponse.dispatch,
    "{0}/subject/(?P<subject>.+)$": RolesAnywhereResponse.dispatch,
    "{0}/crls$": RolesAnywhereResponse.dispatch,
    "{0}/crl/(?P<crl>.+)$": RolesAnywhereResponse.dispatch,
    "{0}/put-notifications-settings$": RolesAnywhereResponse.dispatch,
    "{0}/reset-notifications-settings$": RolesAnywhereResponse.dispatch,
    "{0}/ListTagsForResource$": RolesAnywhereResponse.dispatch,
    "{0}/TagResource$": RolesAnywhereResponse.dispatch,
    "{0}/UntagResource$": RolesAnywhereResponse.dispatch,
}
