"""E-mail by the standard library's SMTP, over TLS alone; what stands in a message is one sentence and one link."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime

from moderation.access.account import Account, Role
from moderation.database import Clock, Database
from moderation.errors import BadRequest, NotYours
from moderation.notices.port import Message, Undelivered
from moderation.notices.ways import ADDRESS, Ways

TIMEOUT_S = 10.0
SUBJECT = "Twin Studio: something waits for you"


@dataclass(frozen=True)
class PostOffice:
    """Where mail is handed in; `security` is "tls" from the first byte or "starttls". Raises BadRequest for what cannot be."""

    host: str
    port: int
    security: str
    sender: str
    login: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        if not self.host or not self.host.isprintable() or " " in self.host or not 1 <= self.port <= 65535:
            raise BadRequest("A post office has a host and a port from 1 to 65535.")
        if self.security not in ("tls", "starttls"):
            raise BadRequest("Mail is handed in over tls or starttls, never in the clear.")
        if not ADDRESS.fullmatch(self.sender):
            raise BadRequest("The sender is an e-mail address.")
        if bool(self.login) != bool(self.password):
            raise BadRequest("A login has a password, and a password a login.")

    def __repr__(self) -> str:
        return f"PostOffice({self.host}:{self.port}, {self.security})"


class PostOffices:
    """The one post office of this studio; its password is sealed."""

    def __init__(self, database: Database, ways: Ways) -> None:
        self._database = database
        self._ways = ways

    def set(self, account: Account, office: PostOffice) -> None:
        """Hand mail in there from now on. Raises NotYours."""
        if account.role is not Role.ADMINISTRATOR:
            raise NotYours("Only an administrator says where mail is handed in.")
        sealed = self._ways.key().seal(office.password.encode(), "post office") if office.password else None
        with self._database.write(account.id) as tx:
            tx.execute("DELETE FROM post_office")
            values = [office.host, office.port, office.security, office.sender, office.login, sealed]
            tx.execute("INSERT INTO post_office VALUES (1, ?, ?, ?, ?, ?, ?)", values)
            tx.record("notices.post office set", "notices", host=office.host, port=office.port, security=office.security)

    def get(self) -> PostOffice | None:
        """The post office, if there is one. Raises KeyUnusable."""
        rows = self._database.rows("SELECT * FROM post_office")
        if not rows:
            return None
        row, sealed = rows[0], rows[0]["sealed_password"]
        password = self._ways.key().open(sealed, "post office").decode() if sealed is not None else ""
        return PostOffice(row["host"], row["port"], row["security"], row["sender"], row["login"], password)


class Mail:
    """The way out by e-mail; `tls` trusts the authorities of this machine unless another context is given."""

    def __init__(self, office: PostOffice | None, clock: Clock, tls: ssl.SSLContext | None = None) -> None:
        self._office = office
        self._clock = clock
        self._tls = tls

    def send(self, message: Message) -> None:
        """Hand the message in. Raises Undelivered."""
        office = self._office
        if office is None:
            raise Undelivered("No post office is set.")
        try:
            letter = self._letter(office, message)
        except ValueError as error:
            raise Undelivered("This is no e-mail address.", final=True) from error
        try:
            with self._opened(office) as door:
                if office.login:
                    door.login(office.login, office.password)
                door.send_message(letter, office.sender, [message.target])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise Undelivered(f"The address was refused ({max(codes)}).", final=all(code >= 500 for code in codes)) from error
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"The post office answers {error.smtp_code}.") from error
        except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
            raise Undelivered(f"The post office cannot be used ({type(error).__name__}).") from error

    def _opened(self, office: PostOffice) -> smtplib.SMTP:
        tls = self._tls or ssl.create_default_context()
        if office.security == "tls":
            return smtplib.SMTP_SSL(office.host, office.port, timeout=TIMEOUT_S, context=tls)
        door = smtplib.SMTP(office.host, office.port, timeout=TIMEOUT_S)
        try:
            door.starttls(context=tls)
        except BaseException:
            door.close()
            raise
        return door

    def _letter(self, office: PostOffice, message: Message) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = office.sender, message.target, SUBJECT
        letter["Date"] = format_datetime(self._clock())
        # The same at every attempt, so that a mail program shows a repetition once.
        letter["Message-ID"] = f"<{message.delivery_id}@{office.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(
            f"{message.words}\n\nSee to it here; the link works once, for seven days, and asks you to sign in:\n"
            f"{message.link}\n\n"
            "It changes nothing by itself. Nobody from the studio asks for your password in a message.\n"
        )
        return letter
