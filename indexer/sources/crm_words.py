"""What CRM products call their columns, in the form that `crm_headers.key_of` gives a header. Pure.

One role a line, its column names the most telling first; an indented line goes on with the one above.
"""

from collections.abc import Mapping
from typing import Literal

TableKind = Literal["contact", "company", "deal", "note", "activity", "user"]


def _words(text: str) -> dict[str, tuple[str, ...]]:
    lines = (line.partition(":") for line in text.strip().replace("\n  ", " ").split("\n"))
    return {role: tuple(names.split()) for role, _, names in lines}


COMMON: Mapping[str, tuple[str, ...]] = _words("""
id: recordid hsobjectid id vid objectid uid
owner: owner ownername recordowner hubspotowner owneralias ownerfullname responsible accountmanager salesrep
  betreuer besitzer verantwortlich zustandig ownerid hubspotownerid
owner_email: owneremail recordowneremail contactowneremail companyowneremail dealowneremail
author: createdby createdbyname createdbyuser author creator addedby loggedby verfasser erstelltvon createdbyid
  createdbyuserid hscreatedbyuserid
company_ids: associatedcompanyidsprimary associatedcompanyids associatedcompanyid primaryassociatedcompanyid
  companyid companyids accountid accountids organizationid organisationid orgid
companies: associatedcompanyprimary associatedcompany associatedcompanies primarycompany companyname company
  accountname account organizationname organisationname organization organisation organization1name customer
  customername client firma unternehmen kunde
contact_ids: associatedcontactids associatedcontactid contactid contactids personid whoid primarycontactid
contacts: associatedcontact associatedcontacts contactname contactperson personname person primarycontact
  contact contacts ansprechpartner kontakt
contact_emails: contactemail personemail contactemailaddress personemailwork
deal_ids: associateddealids associateddealid dealid dealids opportunityid
deals: associateddeal associateddeals dealtitle dealname opportunityname opportunity deal lead
any_ids: whatid parentid relatedtoid linkedentityid recordlinkid relatedrecordid
any: relatedto regarding what related associatedwith
created: createdate createddate createdat createdtime createdon created creationdate addtime dealcreated
  personcreated organizationcreated dateadded erstelltam
updated: lastmodifieddate hslastmodifieddate updatetime updatedat modifieddate modifiedon modified lastmodified
  lastupdated updated lastmodifiedtime geandertam systemmodstamp
date: activitydate activitydatetime hstimestamp timestamp date starttime startdatetime duedate notedate datum
  startdate
body: notebody hsnotebody body content contents textpreview description activitynote activitynotes callnotes
  tasknotes meetingdescription meetingnotes internalmeetingnotes emailbody fullcomments comments comment details
  notes note text about background companydescription aboutus beschreibung notiz notizen bemerkung bemerkungen
link: recordurl recordlink permalink crmlink linktorecord detailurl
tags: tags labels label categories groupmembership kategorien
deleted: isdeleted deleted
archived: archived isarchived inactive
active: active isactive activeflag
private: isprivate private
""")

SPECIAL: Mapping[TableKind, Mapping[str, tuple[str, ...]]] = {
    "contact": _words("""
title: fullname displayname name contactname fileas personname
id: contactid personid leadid
first: firstname givenname vorname first
middle: middlename additionalname
last: lastname familyname nachname surname last
owner: contactowner personowner leadowner activityassignedto
job: jobtitle title position organizationtitle organization1title role function funktion
tags: labels label tags categories groupmembership
"""),
    "company": _words("""
title: companyname accountname organizationname organisationname name company account organization organisation
  firma unternehmen kunde customername customer
id: companyid accountid organizationid organisationid
domain: companydomainname domain domainname emaildomain website websiteurl web homepage webaddress webseite url
owner: companyowner accountowner organizationowner
parent_ids: parentid parentcompanyid parentaccountid
"""),
    "deal": _words("""
title: dealname opportunityname dealtitle title name opportunity deal leadtitle
id: dealid opportunityid leadid
owner: dealowner opportunityowner
stage: dealstage stagename stagepipeline stage pipelinestage phase stufe
state: dealstatus status
won: iswon won isclosedwon isdealclosedwon
lost: isclosedlost lost isdealclosedlost
closed: isclosed isdealclosed
"""),
    "note": _words("""
title: notetitle title subject name betreff titel
id: noteid engagementid activityid
owner: activityassignedto assignedto user username
"""),
    "activity": _words("""
title: tasktitle activitysubject subject calltitle meetingname ticketname meetingtitle title name emailsubject
  betreff
id: taskid activityid eventid engagementid ticketid casenumber
owner: activityassignedto assignedto assigned assignee assignedtouser user username
state: taskstatus status done callstatus
closed: isclosed iscompleted
type: activitytype tasktype type tasksubtype
"""),
    "user": _words("""
title: fullname name username
id: userid ownerid
first: firstname
last: lastname
"""),
}
